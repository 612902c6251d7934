// A second process for the tests: StoreWriter race|append|count <connection string> <number>
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver;

var database = new MongoClient(args[1]).GetDatabase("testdb");
var number = int.Parse(args[2], CultureInfo.InvariantCulture);
switch (args[0])
{
    // Takes each name once, in the race with another process, and says which ones it won.
    case "race":
        var names = database.GetCollection<BsonDocument>("names");
        Console.WriteLine("ready");
        Console.ReadLine();
        for (var i = 0; i < number; i++)
        {
            try
            {
                await names.InsertOneAsync(new BsonDocument("name", i));
                Console.WriteLine(i);
            }
            catch (MongoWriteException refused) when (refused.WriteError.Category == ServerErrorCategory.DuplicateKey)
            {
                // The other process was faster.
            }
        }

        break;

    // Inserts until it is killed, with several callers at once, and says what was acknowledged.
    case "append":
        var log = database.GetCollection<BsonDocument>("log");
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, number).Select(async _ =>
        {
            while (true)
            {
                var seq = Interlocked.Increment(ref next);
                await log.InsertOneAsync(new BsonDocument { { "_id", seq }, { "text", new string('x', 200) } });
                lock (log)
                {
                    Console.WriteLine(seq);
                }
            }
        }));
        break;

    // Counts one document up.
    case "count":
        var counters = database.GetCollection<BsonDocument>("counters");
        for (var i = 0; i < number; i++)
        {
            await counters.UpdateOneAsync("{ _id: 'c' }", "{ $inc: { n: 1 } }", new UpdateOptions { IsUpsert = true });
        }

        break;

    default:
        return 2;
}

return 0;
