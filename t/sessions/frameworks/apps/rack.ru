# Rack::Session::Redis of redis-rack.
require 'rack/session/redis'

use Rack::Session::Redis, redis_server: ENV['REDIS_URL'] + '/0/rack:session'

run(lambda do |env|
  request = Rack::Request.new(env)
  session = env['rack.session']

  body = case request.path
         when '/login'
           session['user'] = request.params['user']
           'welcome'
         when '/whoami'
           session['user'] || 'nobody'
         when '/slow'
           session['seen'] = Time.now.to_f
           sleep request.params['ms'].to_i / 1000.0
           'done'
         end

  [body ? 200 : 404, { 'Content-Type' => 'text/plain' }, [body.to_s]]
end)
