# Django's sessions in its cache, and the cache in Redis.
import os
import sys
import time

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=['*'],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ['SECRET'],
    MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware'],
    SESSION_ENGINE='django.contrib.sessions.backends.cache',
    CACHES={'default': {
        'BACKEND': 'django_redis.cache.RedisCache',
        'LOCATION': os.environ['REDIS_URL'] + '/0',
    }},
)


def login(request):
    request.session['user'] = request.GET['user']
    return HttpResponse('welcome')


def whoami(request):
    return HttpResponse(request.session.get('user', 'nobody'))


def slow(request):
    request.session['seen'] = time.time()
    time.sleep(int(request.GET['ms']) / 1000)
    return HttpResponse('done')


urlpatterns = [
    path('login', login),
    path('whoami', whoami),
    path('slow', slow),
]

if __name__ == '__main__':
    execute_from_command_line(
        [sys.argv[0], 'runserver', '--noreload',
         '127.0.0.1:' + os.environ['PORT']])
