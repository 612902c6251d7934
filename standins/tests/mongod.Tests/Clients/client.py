"""What a client of pymongo does every day. Arguments: connection string, where a server listens without a sign-in."""
import datetime
import sys

import bson
import pymongo
import pymongo.errors


def refused(error, call):
    try:
        call()
    except error as caught:
        return caught
    raise AssertionError("it was not refused")


client = pymongo.MongoClient(sys.argv[1], serverSelectionTimeoutMS=10000)
database = client.clients
written = database.dotnet.find_one({"name": "mothra"})
assert written["age"] == 42
assert isinstance(written["_id"], bson.ObjectId)
assert isinstance(written["born"], datetime.datetime)

monsters = database.python
monsters.create_index([("name", pymongo.ASCENDING)], unique=True)
assert monsters.index_information()["name_1"]["unique"]
monsters.insert_one({"name": "gamera", "legs": 4, "weight": bson.Int64(80), "price": bson.Decimal128("1.10")})
monsters.insert_many([{"name": "kaiju-%d" % i, "legs": i % 5} for i in range(250)])
duplicate = refused(pymongo.errors.DuplicateKeyError, lambda: monsters.insert_one({"name": "gamera"}))
assert duplicate.code == 11000

assert sum(1 for _ in monsters.find({"legs": {"$gte": 2}}).sort("name").batch_size(20)) == 151
updated = monsters.update_one({"name": "gamera"}, {"$inc": {"legs": 1}, "$set": {"flies": True}})
assert (updated.matched_count, updated.modified_count) == (1, 1)
upserted = monsters.update_one({"name": "rodan"}, {"$setOnInsert": {"legs": 2}}, upsert=True)
assert upserted.upserted_id is not None
found = monsters.find_one_and_update({"name": "gamera"}, {"$set": {"flies": False}}, return_document=pymongo.ReturnDocument.AFTER)
assert (found["legs"], found["flies"], str(found["price"])) == (5, False, "1.10")
assert monsters.delete_many({"legs": 0}).deleted_count == 50
assert monsters.count_documents({}) == 202
groups = list(monsters.aggregate([{"$match": {"legs": {"$in": [1, 3]}}}, {"$group": {"_id": "$legs", "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}]))
assert groups == [{"_id": 1, "count": 50}, {"_id": 3, "count": 50}], groups
bulk = monsters.bulk_write([pymongo.InsertOne({"name": "a"}), pymongo.UpdateMany({"legs": 1}, {"$set": {"seen": 1}}), pymongo.DeleteOne({"name": "a"})])
assert (bulk.inserted_count, bulk.modified_count, bulk.deleted_count) == (1, 50, 1)

wrong = refused(pymongo.errors.OperationFailure, lambda: pymongo.MongoClient(sys.argv[1].replace(":only", ":not")).admin.command("ping"))
assert wrong.code == 18
nobody = refused(pymongo.errors.OperationFailure, lambda: pymongo.MongoClient(sys.argv[2]).clients.python.find_one())
assert nobody.code == 13
client.close()
print("done")
