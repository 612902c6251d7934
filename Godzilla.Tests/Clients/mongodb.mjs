// Reads a discussion's messages with the npm driver and writes their texts, in order, as one JSON array.
// Environment: CONNECTION_STRING, DATABASE, DISCUSSION.
import { MongoClient, ObjectId } from "mongodb";

const { CONNECTION_STRING, DATABASE, DISCUSSION } = process.env;
const client = new MongoClient(CONNECTION_STRING, { serverSelectionTimeoutMS: 5000 });
try {
  const messages = client.db(DATABASE).collection("messages");
  const found = await messages.find({ discussion_id: new ObjectId(DISCUSSION) }).sort({ seq: 1 }).toArray();
  process.stdout.write(JSON.stringify(found.map((message) => message.text)));
} finally {
  await client.close();
}
