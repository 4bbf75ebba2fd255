-- wrk's side of a sample: sends the prepared requests in turn, then prints what
-- it saw as one JSON object. File and headers are those of lean_client.
--
-- Not with wrk.format(): that writes the headers in another order each time wrk
-- starts, and with some orders wrk takes six times the CPU time, so that it has
-- two paces. (LuaJIT finds a string by a hash of a few of its bytes, at the ends,
-- in the middle and at a quarter.) Here the cookie, which is never the same
-- twice, stands in the middle.

local targets, cookies = {}, {}
local sent = 0
local other_headers

function init(arguments)
    for line in io.lines(arguments[1]) do
        local target, cookie = line:match("^([^\t]*)\t(.*)$")
        targets[#targets + 1] = target
        cookies[#cookies + 1] = cookie
    end

    other_headers = table.concat({
        "",
        "Host: localhost",
        "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
        "Sec-Fetch-Mode: navigate",
        "Sec-Fetch-Site: same-site",
        "",
        "",
    }, "\r\n")
end

function request()
    sent = sent % #targets + 1
    return "GET " .. targets[sent] .. " HTTP/1.1\r\nCookie: " ..
        cookies[sent] .. other_headers
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
