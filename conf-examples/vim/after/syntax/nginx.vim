" The logout module's directives, beside those that vim knows of nginx.
"
" Copy the folder `after` to ~/.vim/, or name its parent in 'runtimepath':
"     set runtimepath+=/path/to/conf-examples/vim/after

syn keyword ngxDirectiveThirdParty logout
syn keyword ngxDirectiveThirdParty logout_again
syn keyword ngxDirectiveThirdParty logout_bad_request
syn keyword ngxDirectiveThirdParty logout_check
syn keyword ngxDirectiveThirdParty logout_clear_cookie
syn keyword ngxDirectiveThirdParty logout_clear_site_data
syn keyword ngxDirectiveThirdParty logout_confirm
syn keyword ngxDirectiveThirdParty logout_cross_site
syn keyword ngxDirectiveThirdParty logout_event
syn keyword ngxDirectiveThirdParty logout_explain
syn keyword ngxDirectiveThirdParty logout_federated
syn keyword ngxDirectiveThirdParty logout_frontchannel
syn keyword ngxDirectiveThirdParty logout_guard
syn keyword ngxDirectiveThirdParty logout_https
syn keyword ngxDirectiveThirdParty logout_jwks
syn keyword ngxDirectiveThirdParty logout_log_level
syn keyword ngxDirectiveThirdParty logout_match_query
syn keyword ngxDirectiveThirdParty logout_max_token_size
syn keyword ngxDirectiveThirdParty logout_methods
syn keyword ngxDirectiveThirdParty logout_navigation_only
syn keyword ngxDirectiveThirdParty logout_oidc_index
syn keyword ngxDirectiveThirdParty logout_redis_failure
syn keyword ngxDirectiveThirdParty logout_return_url
syn keyword ngxDirectiveThirdParty logout_revocations
syn keyword ngxDirectiveThirdParty logout_session
syn keyword ngxDirectiveThirdParty logout_status
syn keyword ngxDirectiveThirdParty logout_status_zone
syn keyword ngxDirectiveThirdParty logout_timeout
syn keyword ngxDirectiveThirdParty logout_token
syn keyword ngxDirectiveThirdParty logout_zone

syn cluster ngxLogoutInside contains=ngxComment,ngxString,ngxVariable,ngxInteger,ngxIPaddr,ngxBoolean

syn region ngxLogoutRedis matchgroup=ngxDirectiveBlock start=+^\s*logout_redis\s+ end=+}+ contains=@ngxLogoutInside,ngxLogoutRedisParameter
syn keyword ngxLogoutRedisParameter contained server database username
syn keyword ngxLogoutRedisParameter contained password password_file
syn keyword ngxLogoutRedisParameter contained connect_timeout timeout
syn keyword ngxLogoutRedisParameter contained tcp_keepalive
syn keyword ngxLogoutRedisParameter contained max_pending wait_replicas resolver
syn keyword ngxLogoutRedisParameter contained include
syn keyword ngxLogoutRedisParameter contained cluster sentinel master_name
syn keyword ngxLogoutRedisParameter contained map_address redirect_to
syn keyword ngxLogoutRedisParameter contained sentinel_username
syn keyword ngxLogoutRedisParameter contained sentinel_password
syn keyword ngxLogoutRedisParameter contained sentinel_password_file
syn keyword ngxLogoutRedisParameter contained sentinel_ssl sentinel_ssl_name
syn keyword ngxLogoutRedisParameter contained ssl ssl_verify ssl_name
syn keyword ngxLogoutRedisParameter contained ssl_trusted_certificate
syn keyword ngxLogoutRedisParameter contained ssl_certificate
syn keyword ngxLogoutRedisParameter contained ssl_certificate_key
syn keyword ngxLogoutRedisParameter contained ssl_password_file

syn region ngxLogoutClient matchgroup=ngxDirectiveBlock start=+^\s*logout_client\s+ end=+}+ contains=@ngxLogoutInside,ngxLogoutClientParameter
syn keyword ngxLogoutClientParameter contained return_url origin federated
syn keyword ngxLogoutClientParameter contained jwks include

hi def link ngxLogoutRedisParameter ngxDirectiveThirdParty
hi def link ngxLogoutClientParameter ngxDirectiveThirdParty
