# A service that signs people in and out behind the gateway. Ruby's standard library alone, which has no HTTP server:
# `serve` below is one for this example; in Rack the same header is env["HTTP_X_SESSION"].
#   PORT=3000 ruby service.rb
require "cgi"
require "json"
require "socket"
require "uri"

# Answers [status, fields, body].
def answer(method, path, headers, body)
  session = JSON.parse(headers["x-session"] || "{}")
  flash = JSON.parse(headers["x-flash"] || "{}")
  case [method, path]
  when ["POST", "/sign-in"]
    name = URI.decode_www_form(body).to_h["name"].to_s
    [303, {
      "Location" => "/",
      "X-Session-Set" => JSON.generate({ user_id: 42, name: name }, ascii_only: true),
      "X-Session-Renew" => "1",
      "X-Flash-Add" => JSON.generate({ success: "Welcome, #{name}." }, ascii_only: true)
    }, ""]
  when ["POST", "/sign-out"]
    [303, { "Location" => "/", "X-Session-Clear" => "1", "X-Flash-Add" => JSON.generate({ success: "Bye." }) }, ""]
  else
    messages = flash.values.flatten.map { |text| "<p>#{CGI.escapeHTML(text)}</p>" }.join
    name = session["name"] || "stranger"
    [200, { "Content-Type" => "text/html; charset=utf-8" }, "#{messages}<h1>Hello, #{CGI.escapeHTML(name)}</h1>\n"]
  end
end

def serve(client)
  method, path = client.gets("\r\n").to_s.split
  return if path.nil?

  headers = {}
  while (line = client.gets("\r\n")&.chomp("\r\n")) && !line.empty?
    name, value = line.split(":", 2)
    headers[name.downcase] = value.strip
  end
  status, fields, body = answer(method, path, headers, client.read(headers["content-length"].to_i))
  fields = fields.merge("Content-Length" => body.bytesize, "Connection" => "close")
  client.write("HTTP/1.1 #{status} \r\n#{fields.map { |name, value| "#{name}: #{value}\r\n" }.join}\r\n#{body}")
ensure
  client.close
end

server = TCPServer.new("127.0.0.1", Integer(ENV.fetch("PORT", "3000")))
loop { Thread.new(server.accept) { |client| serve(client) } }
