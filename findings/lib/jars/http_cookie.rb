require 'net/http'
require 'http/cookie_jar'

jar = HTTP::CookieJar.new
ARGV.each do |url|
  uri = URI(url)
  request = Net::HTTP::Get.new(uri)
  cookies = HTTP::Cookie.cookie_value(jar.cookies(uri))
  request['Cookie'] = cookies unless cookies.empty?
  answer = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  (answer.get_fields('set-cookie') || []).each { |line| jar.parse(line, uri) }
  puts answer.body
end
