-- wrk's side of a sample: sends the prepared requests in turn, then prints what
-- it saw as one JSON object. File and headers are those of lean_client.

local targets, cookies = {}, {}
local sent = 0
local headers = {
    ["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8",
    ["Sec-Fetch-Mode"] = "navigate",
    ["Sec-Fetch-Site"] = "same-site",
}

function init(arguments)
    for line in io.lines(arguments[1]) do
        local target, cookie = line:match("^([^\t]*)\t(.*)$")
        targets[#targets + 1] = target
        cookies[#cookies + 1] = cookie
    end
end

function request()
    sent = sent % #targets + 1
    headers["Cookie"] = cookies[sent]
    return wrk.format("GET", targets[sent], headers)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "seconds": %.6f, "rate": %.1f, "p50": %.1f, ' ..
        '"p90": %.1f, "p99": %.1f, "p999": %.1f, "max": %.1f, ' ..
        '"broken": %d, "unexpected": %d}\n',
        summary.requests, summary.duration / 1e6,
        summary.requests / (summary.duration / 1e6),
        latency:percentile(50), latency:percentile(90),
        latency:percentile(99), latency:percentile(99.9), latency.max,
        errors.connect + errors.read + errors.write + errors.timeout,
        errors.status))
end
