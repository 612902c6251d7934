// What a client of the npm driver does every day. Arguments: connection string.
import assert from 'node:assert/strict';
import { MongoClient, ObjectId } from 'mongodb';

const client = new MongoClient(process.argv[2]);
const database = client.db('clients');
const written = await database.collection('dotnet').findOne({ name: 'mothra' });
assert.equal(written.age, 42);
assert.ok(written._id instanceof ObjectId);
assert.ok(written.born instanceof Date);

const monsters = database.collection('node');
await monsters.createIndex({ name: 1 }, { unique: true });
const { insertedId } = await monsters.insertOne({ name: 'gamera', legs: 4 });
assert.ok(insertedId instanceof ObjectId);
await monsters.insertMany(Array.from({ length: 250 }, (_, i) => ({ name: `kaiju-${i}`, legs: i % 5 })));
await assert.rejects(monsters.insertOne({ name: 'gamera' }), error => error.code === 11000 && error.keyPattern.name === 1);

let seen = 0;
for await (const monster of monsters.find({ legs: { $gte: 2 } }, { batchSize: 20 }).sort({ name: 1 })) {
  assert.ok(monster.legs >= 2);
  seen++;
}
assert.equal(seen, 151);
const cursor = monsters.find({}, { batchSize: 2 });
await cursor.next();
await cursor.close();

const updated = await monsters.updateOne({ name: 'gamera' }, { $inc: { legs: 1 }, $set: { flies: true } });
assert.deepEqual([updated.matchedCount, updated.modifiedCount], [1, 1]);
const found = await monsters.findOneAndUpdate({ name: 'gamera' }, { $set: { flies: false } }, { returnDocument: 'after' });
assert.deepEqual([found.legs, found.flies], [5, false]);
assert.equal((await monsters.deleteMany({ legs: 0 })).deletedCount, 50);
assert.equal(await monsters.countDocuments(), 201);
const groups = await monsters.aggregate([{ $match: { legs: { $lt: 4 } } }, { $group: { _id: '$legs', count: { $sum: 1 } } }, { $sort: { _id: 1 } }]).toArray();
assert.deepEqual(groups, [1, 2, 3].map(_id => ({ _id, count: 50 })));

const session = client.startSession();
await monsters.findOne({}, { session });
await assert.rejects(session.withTransaction(() => monsters.insertOne({ name: 'x' }, { session })), error => error.originalError.code === 20);
await session.endSession();
await client.close();
console.log('done');
