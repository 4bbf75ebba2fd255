# Flask-Session in Redis. With SIGNED=1 the cookie is signed.
import os
import time

import redis
from flask import Flask, request, session
from flask_session import Session

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ['SECRET'],
    SESSION_TYPE='redis',
    SESSION_REDIS=redis.from_url(os.environ['REDIS_URL']),
    SESSION_USE_SIGNER=os.environ.get('SIGNED') == '1',
)
Session(app)


@app.route('/login')
def login():
    session['user'] = request.args['user']
    return 'welcome'


@app.route('/whoami')
def whoami():
    return session.get('user', 'nobody')


@app.route('/slow')
def slow():
    session['seen'] = time.time()
    time.sleep(int(request.args['ms']) / 1000)
    return 'done'


app.run(host='127.0.0.1', port=int(os.environ['PORT']))
