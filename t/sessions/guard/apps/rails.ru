# Rails' CookieStore, which encrypts.
require 'logger'
require 'active_support'
require 'active_support/all'
require 'active_support/messages/rotation_configuration'
require 'action_controller'
require 'action_dispatch'

class SessionsController < ActionController::Base
  def login
    session[:user] = params[:user]
    render plain: 'welcome'
  end

  def whoami
    render plain: session[:user] || 'nobody'
  end
end

routes = ActionDispatch::Routing::RouteSet.new
routes.draw do
  get '/login', to: 'sessions#login'
  get '/whoami', to: 'sessions#whoami'
end

secret = ENV['SECRET']
keys = ActiveSupport::CachingKeyGenerator.new(
  ActiveSupport::KeyGenerator.new(secret, iterations: 1000)
)
settings = {
  'action_dispatch.secret_key_base' => secret,
  'action_dispatch.key_generator' => keys,
  'action_dispatch.authenticated_encrypted_cookie_salt' =>
    'authenticated encrypted cookie',
  'action_dispatch.use_authenticated_cookie_encryption' => true,
  'action_dispatch.encrypted_cookie_cipher' => 'aes-256-gcm',
  'action_dispatch.cookies_serializer' => :json,
  'action_dispatch.use_cookies_with_metadata' => true,
  'action_dispatch.cookies_rotations' =>
    ActiveSupport::Messages::RotationConfiguration.new
}

use(Class.new do
  def initialize(app, settings)
    @app = app
    @settings = settings
  end

  def call(env)
    @app.call(@settings.merge(env))
  end
end, settings)
use ActionDispatch::Cookies
use ActionDispatch::Session::CookieStore, key: '_myapp_session'
run routes
