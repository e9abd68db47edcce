-- Readers who rest a millisecond before each page: the site has time to spare, and what is measured is how long it takes, not
-- how many of them stand before its door.
function delay()
    return 1
end
