using Mongod.Engine;

namespace Mongod.Commands;

/// <summary>The commands on data, by name.</summary>
internal static class DataCommands
{
    internal static IReadOnlyDictionary<string, CommandHandler> Create(Databases databases, Cursors cursors)
    {
        var (reads, writes, schema) = (new Reads(databases, cursors), new Writes(databases), new Schema(databases, cursors));
        return new Dictionary<string, CommandHandler>(StringComparer.Ordinal)
        {
            ["insert"] = writes.InsertAsync,
            ["update"] = writes.UpdateAsync,
            ["delete"] = writes.DeleteAsync,
            ["findAndModify"] = writes.FindAndModifyAsync,
            ["findandmodify"] = writes.FindAndModifyAsync,
            ["find"] = reads.FindAsync,
            ["getMore"] = reads.GetMoreAsync,
            ["killCursors"] = reads.KillCursorsAsync,
            ["count"] = reads.CountAsync,
            ["distinct"] = reads.DistinctAsync,
            ["aggregate"] = reads.AggregateAsync,
            ["explain"] = reads.ExplainAsync,
            ["createIndexes"] = schema.CreateIndexesAsync,
            ["listIndexes"] = schema.ListIndexesAsync,
            ["dropIndexes"] = schema.DropIndexesAsync,
            ["listCollections"] = schema.ListCollectionsAsync,
            ["listDatabases"] = schema.ListDatabasesAsync,
            ["create"] = schema.CreateAsync,
            ["drop"] = schema.DropAsync,
            ["dropDatabase"] = schema.DropDatabaseAsync,
        };
    }
}
