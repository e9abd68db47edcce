-- Posts replies, each by a new commenter from a network of their own, on a random article, with a text of its own:
-- `wrk -s reply.lua URL -- FILE`. The lines of the file are the ids of the articles. Prints at the end how many replies were
-- answered with 303, which means that they were saved.
local articles = {}
local search_vector = {
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
    -- Each second starts with other numbers, so that no run repeats the commenters of the one before.
    sent = os.time() % 1000 * 16384
    saved = 0
    for id in io.lines(args[1]) do
        articles[#articles + 1] = id
    end
end

function request()
    sent = sent + 1
    local text = { "Reader", sent, "writes" }
    for place = 4, 40 do
        text[place] = search_vector[math.random(#search_vector)]
    end
    headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", sent / 65536 % 256, sent / 256 % 256, sent % 256)
    local form = string.format("author=Reader+%d&email=reader-%d%%40example.org&comment=%s", sent, sent, table.concat(text, "+"))
    return wrk.format("POST", "/articles/" .. articles[math.random(#articles)] .. "/reply", headers, form)
end

function response(status)
    if status == 303 then
        saved = saved + 1
    end
end

function done()
    local all = 0
    for _, thread in ipairs(threads) do
        all = all + thread:get("saved")
    end
    print("Saved: " .. all)
end
