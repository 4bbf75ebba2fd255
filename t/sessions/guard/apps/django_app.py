# Django's signed_cookies.
import os
import sys
import uuid

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=['*'],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ['SECRET'],
    MIDDLEWARE=['django.contrib.sessions.middleware.SessionMiddleware'],
    SESSION_ENGINE='django.contrib.sessions.backends.signed_cookies',
)


def login(request):
    request.session['user'] = request.GET['user']
    request.session['login'] = str(uuid.uuid4())
    return HttpResponse('welcome')


def whoami(request):
    return HttpResponse(request.session.get('user', 'nobody'))


urlpatterns = [path('login', login), path('whoami', whoami)]

if __name__ == '__main__':
    execute_from_command_line(
        [sys.argv[0], 'runserver', '--noreload',
         '127.0.0.1:' + os.environ['PORT']])
