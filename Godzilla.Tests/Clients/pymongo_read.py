"""Reads a discussion's messages with pymongo and writes their texts, in order, as one JSON array.

Environment: CONNECTION_STRING, DATABASE, DISCUSSION.
"""

import json
import os

from bson import ObjectId
from pymongo import MongoClient

with MongoClient(os.environ["CONNECTION_STRING"], serverSelectionTimeoutMS=5000) as client:
    messages = client[os.environ["DATABASE"]]["messages"]
    found = messages.find({"discussion_id": ObjectId(os.environ["DISCUSSION"])}).sort("seq", 1)
    print(json.dumps([message["text"] for message in found]))
