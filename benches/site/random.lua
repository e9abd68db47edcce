-- Requests articles at random: `wrk -s random.lua URL -- FILE`. The lines of the file are their paths.
local requests = {}

function init(args)
    math.randomseed(os.time())
    for path in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", path)
    end
end

function request()
    return requests[math.random(#requests)]
end
