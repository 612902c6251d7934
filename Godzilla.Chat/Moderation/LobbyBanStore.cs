using Godzilla.ServiceDefaults.Errors;
using MongoDB.Driver;

namespace Godzilla.Chat.Moderation;

/// <summary>Who is banned from the lobby, in <c>chatdb.lobby_bans</c>.</summary>
internal sealed class LobbyBanStore(IMongoDatabase database)
{
    private readonly IMongoCollection<LobbyBan> _bans = database.GetCollection<LobbyBan>("lobby_bans");

    /// <summary>Adds a ban, or replaces it.</summary>
    public Task SetAsync(LobbyBan ban) =>
        _bans.ReplaceOneAsync(other => other.Username == ban.Username, ban, new ReplaceOptions { IsUpsert = true }).WithTimeout();

    /// <returns><see langword="false"/> if there was none.</returns>
    public async Task<bool> DeleteAsync(string username) => (await _bans.DeleteOneAsync(ban => ban.Username == username).WithTimeout()).DeletedCount > 0;

    /// <returns>All of them, by name.</returns>
    public async Task<List<LobbyBan>> ListAsync(CancellationToken cancellationToken) => await _bans
        .Find(_ => true)
        .SortBy(ban => ban.Username)
        .ToListAsync(cancellationToken)
        .WithTimeout(cancellationToken);
}
