-- The same logout as a careful user of lua-nginx-module writes it: arguments
-- checked against an allowlist, the key deleted over a pooled connection, the
-- cookie expired, a redirect.

local redis = require "nginx.redis"
local allowlist = require "allowlist"

local POOL_SIZE = 128
local POOL_IDLE_MS = 60000
local TIMEOUT_MS = 10000

local function fail(status, message)
    ngx.status = status
    ngx.say(message)
    return ngx.exit(status)
end

local function delete_session(id)
    local connection = redis:new()
    connection:set_timeout(TIMEOUT_MS)

    local ok, err = connection:connect("127.0.0.1", allowlist.redis_port)
    if not ok then
        return nil, err
    end

    local deleted
    deleted, err = connection:del("sess:" .. id)
    if not deleted then
        connection:close()
        return nil, err
    end

    connection:set_keepalive(POOL_IDLE_MS, POOL_SIZE)
    return deleted
end

local arguments = ngx.req.get_uri_args()
local urls = allowlist.clients[arguments.client_id]
local target = arguments.returnTo

if not urls or type(target) ~= "string" or not urls[target] then
    return fail(ngx.HTTP_BAD_REQUEST, "This return URL is not allowed.")
end

local id = ngx.var.cookie_sid
if id and #id <= 512 and ngx.re.find(id, "^[A-Za-z0-9_-]+$", "jo") then
    local deleted, err = delete_session(id)
    if not deleted then
        ngx.log(ngx.ERR, "logout: redis: ", err)
        return fail(ngx.HTTP_SERVICE_UNAVAILABLE, "Please try again.")
    end
end

local headers = ngx.header
headers["Set-Cookie"] =
    "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"
headers["Cache-Control"] = "no-store"
return ngx.redirect(target, ngx.HTTP_MOVED_TEMPORARILY)
