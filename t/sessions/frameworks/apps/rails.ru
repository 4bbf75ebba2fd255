# Rails' ActionDispatch with the RedisStore of redis-actionpack.
require 'logger'
require 'action_controller'
require 'action_dispatch'
require 'redis-actionpack'

class SessionsController < ActionController::Base
  def login
    session[:user] = params[:user]
    render plain: 'welcome'
  end

  def whoami
    render plain: session[:user] || 'nobody'
  end

  def slow
    session[:seen] = Time.now.to_f
    sleep params[:ms].to_i / 1000.0
    render plain: 'done'
  end
end

routes = ActionDispatch::Routing::RouteSet.new
routes.draw do
  get '/login', to: 'sessions#login'
  get '/whoami', to: 'sessions#whoami'
  get '/slow', to: 'sessions#slow'
end

use ActionDispatch::Cookies
use ActionDispatch::Session::RedisStore,
    key: '_myapp_session',
    servers: [ENV['REDIS_URL'] + '/0/session'],
    expire_after: 3600
run routes
