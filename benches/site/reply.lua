-- Leaves replies, each by someone new, from a network of their own, under an article at random, in words of its own:
-- `wrk -s reply.lua ADDRESS -- FILE`, whose lines are the articles' numbers. Says at the end how many were answered 303,
-- which is how a kept one is answered.
local articles = {}
local words = {
    "harbour", "morning", "saw", "describe", "ferry", "late", "nobody", "told", "fishermen", "letters", "grandmother", "kept",
    "says", "same", "bridge", "market", "storm", "the", "and", "of", "in", "with", "never", "always", "council", "garden",
    "window", "quiet", "remember", "children", "winter", "lantern", "baker", "road", "stone", "river", "before", "after",
}
local headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Sec-Fetch-Site"] = "same-origin",
}
local threads = {}
local sent

function setup(thread)
    threads[#threads + 1] = thread
end

function init(args)
    math.randomseed(os.time())
    -- Every second begins with numbers of its own, so that no run writes in the name of those of the one before.
    sent = os.time() % 1000 * 16384
    kept = 0
    for number in io.lines(args[1]) do
        articles[#articles + 1] = number
    end
end

function request()
    sent = sent + 1
    local said = { "Reader", sent, "writes" }
    for place = 4, 40 do
        said[place] = words[math.random(#words)]
    end
    headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", sent / 65536 % 256, sent / 256 % 256, sent % 256)
    local form = string.format("author=Reader+%d&email=reader-%d%%40example.org&comment=%s", sent, sent, table.concat(said, "+"))
    return wrk.format("POST", "/articles/" .. articles[math.random(#articles)] .. "/reply", headers, form)
end

function response(status)
    if status == 303 then
        kept = kept + 1
    end
end

function done()
    local all = 0
    for _, thread in ipairs(threads) do
        all = all + thread:get("kept")
    end
    print("Kept: " .. all)
end
