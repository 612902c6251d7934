using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Chat.Accounts;

/// <summary>Up to when the deleted accounts are taken out of Chat, in <c>chatdb.progress</c>.</summary>
internal sealed class DeletedUserStore(IMongoDatabase database)
{
    private static readonly FilterDefinition<BsonDocument> Which = Builders<BsonDocument>.Filter.Eq("_id", "deleted_users");

    private readonly IMongoCollection<BsonDocument> _progress = database.GetCollection<BsonDocument>("progress");

    public async Task<DateTime> GetAsync(CancellationToken cancellationToken)
    {
        var document = await _progress.Find(Which).FirstOrDefaultAsync(cancellationToken).WithTimeout(cancellationToken);
        return document is null ? DateTime.UnixEpoch : document["at"].ToUniversalTime();
    }

    public Task SetAsync(DateTime at, CancellationToken cancellationToken) => _progress
        .UpdateOneAsync(Which, Builders<BsonDocument>.Update.Max("at", at), new UpdateOptions { IsUpsert = true }, cancellationToken)
        .WithTimeout(cancellationToken);
}
