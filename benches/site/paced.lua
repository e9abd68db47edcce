-- Readers who pause for a millisecond before each page, so that the server has time to spare and latency does not measure
-- the length of their queue.
function delay()
    return 1
end
