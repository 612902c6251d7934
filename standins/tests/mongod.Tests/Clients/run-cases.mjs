// Runs every case through the npm driver. In: one array of cases in extended JSON. Out: a line of extended JSON for each.
import { readFileSync } from 'node:fs';
import { EJSON } from 'bson';
import { MongoClient, MongoServerError } from 'mongodb';

const cases = EJSON.parse(readFileSync(0, 'utf8'), { relaxed: false });
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

for (const subject of cases) {
  let result;
  try {
    result = await run(subject);
  } catch (error) {
    result = { failure: String(error.stack) };
  }
  console.log(EJSON.stringify(result, { relaxed: false }));
}

await client.close();
