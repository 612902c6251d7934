// Runs every case through the npm driver. In: a case in extended JSON on each line. Out: its result, the same way.
import { readFileSync } from 'node:fs';
import { BSONError, EJSON } from 'bson';
import { MongoClient, MongoServerError } from 'mongodb';

const lines = readFileSync(0, 'utf8').split('\n').filter(line => line);
const client = new MongoClient(process.argv[2], { promoteLongs: false, bsonRegExp: true });

async function answer(database, command) {
  try {
    return await database.command(command);
  } catch (error) {
    if (error instanceof MongoServerError) {
      return error.errorResponse;
    }
    throw error;
  }
}

async function prepare(database, command) {
  const reply = await answer(database, command);
  if (Number(reply.ok) !== 1 || reply.writeErrors) {
    throw new Error(`${EJSON.stringify(command)} answered ${EJSON.stringify(reply)}`);
  }
}

async function run(subject) {
  const database = client.db(subject.database);
  for (const [collection, documents] of Object.entries(subject.given)) {
    await prepare(database, documents.length > 0 ? { insert: collection, documents } : { create: collection });
  }
  for (const [collection, indexes] of Object.entries(subject.indexes)) {
    await prepare(database, { createIndexes: collection, indexes });
  }

  const replies = [];
  for (const command of subject.commands) {
    replies.push(await answer(database, command));
  }

  const contents = {};
  for (const collection of subject.collections) {
    contents[collection] = await database.collection(collection).find().toArray();
  }

  await database.dropDatabase();
  return { replies, contents };
}

function parse(line) {
  try {
    return EJSON.parse(line, { relaxed: false });
  } catch (error) {
    return error instanceof BSONError ? { refused: error.message } : Promise.reject(error);
  }
}

async function resultOf(line) {
  try {
    const subject = await parse(line);
    return subject.refused ? subject : await run(subject);
  } catch (error) {
    return { failure: String(error.stack) };
  }
}

// A few at a time: each waits for the disk a lot.
const results = [];
const next = lines.entries();
await Promise.all(Array.from({ length: 8 }, async () => {
  for (const [number, line] of next) {
    results[number] = EJSON.stringify(await resultOf(line), { relaxed: false });
  }
}));
console.log(results.join('\n'));

await client.close();
