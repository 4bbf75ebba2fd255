# Flask's own session. With PERMANENT=1 it is permanent.
import os
import uuid

from flask import Flask, request, session

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ['SECRET'])


@app.route('/login')
def login():
    session.permanent = os.environ.get('PERMANENT') == '1'
    session['user'] = request.args['user']
    session['login'] = str(uuid.uuid4())
    return 'welcome'


@app.route('/whoami')
def whoami():
    return session.get('user', 'nobody')


app.run(host='127.0.0.1', port=int(os.environ['PORT']))
