# A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
require 'json'
require 'net/http'
require 'openssl'

# The first certificate is our own; those of intermediate authorities follow.
own, *intermediates = OpenSSL::X509::Certificate.load_file(ENV.fetch('CERT'))
TLS = {
  use_ssl: true,
  verify_mode: OpenSSL::SSL::VERIFY_PEER,
  min_version: OpenSSL::SSL::TLS1_2_VERSION,
  ca_file: ENV.fetch('CA'),
  cert: own,
  extra_chain_cert: intermediates,
  key: OpenSSL::PKey.read(File.read(ENV.fetch('KEY')))
}.freeze

def send_request(request)
  answer = Net::HTTP.start(request.uri.host, request.uri.port, TLS) { |http| http.request(request) }
  abort "#{request.uri} answers #{answer.code}: #{answer.body}" unless answer.is_a?(Net::HTTPOK)
  answer.body
end

resource = ENV.fetch('RESOURCE')
ask = Net::HTTP::Post.new(URI(ENV.fetch('TOKEN_ENDPOINT')))
ask.set_form_data(grant_type: 'client_credentials', client_id: ENV.fetch('CLIENT_ID'), resource: resource)
token = JSON.parse(send_request(ask)).fetch('access_token')

call = Net::HTTP::Get.new(URI("#{resource}/orders"))
call['Authorization'] = "Bearer #{token}"
puts send_request(call)
