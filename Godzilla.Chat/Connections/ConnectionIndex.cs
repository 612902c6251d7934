namespace Godzilla.Chat.Connections;

/// <summary>Finds connections by something that several may have in common. Its owner's lock guards it.</summary>
internal sealed class ConnectionIndex(Func<IClientConnection, string> keyOf)
{
    private readonly Dictionary<string, HashSet<IClientConnection>> _connections = new(StringComparer.Ordinal);

    /// <summary>What there are connections of.</summary>
    public IReadOnlyCollection<string> Keys => _connections.Keys;

    public void Add(IClientConnection connection)
    {
        if (!_connections.TryGetValue(keyOf(connection), out var found))
        {
            _connections.Add(keyOf(connection), found = []);
        }

        found.Add(connection);
    }

    public void Remove(IClientConnection connection)
    {
        if (_connections.TryGetValue(keyOf(connection), out var found) && found.Remove(connection) && found.Count == 0)
        {
            _connections.Remove(keyOf(connection));
        }
    }

    public int Count(string key) => _connections.TryGetValue(key, out var found) ? found.Count : 0;

    /// <returns>A copy.</returns>
    public IClientConnection[] Get(string key) => _connections.TryGetValue(key, out var found) ? [.. found] : [];
}
