using System.Buffers;
using System.Collections.Concurrent;
using Mongod.Commands;
using Mongod.Engine.Storing;

namespace Mongod.Engine;

/// <summary>The databases of a folder, each a file <c>&lt;database&gt;.db</c>.</summary>
internal sealed class Databases : IAsyncDisposable
{
    private const string Extension = ".db";

    private static readonly SearchValues<char> Refused = SearchValues.Create("/\\. \"$\0");

    private readonly string _directory;
    private readonly ConcurrentDictionary<string, Lazy<Database>> _open = new(StringComparer.Ordinal);
    private readonly Expiry _expiry;

    internal Databases(string directory, TimeProvider time)
    {
        (_directory, Time) = (directory, time);
        Directory.CreateDirectory(directory);
        _expiry = new Expiry(this);
    }

    internal TimeProvider Time { get; }

    /// <summary>The names of all databases that have a file.</summary>
    internal IEnumerable<string> Names => Directory.EnumerateFiles(_directory, "*" + Extension)
        .Select(f => Uri.UnescapeDataString(Path.GetFileName(f)[..^Extension.Length]))
        .Order(StringComparer.Ordinal);

    /// <summary>A database to read from, or null when there is none of the name.</summary>
    internal Database? Find(string name)
    {
        CheckName(name);
        return File.Exists(PathOf(name)) ? Open(name) : null;
    }

    /// <summary>A database to write to; its file is made with the first write.</summary>
    internal Database Open(string name)
    {
        CheckName(name);
        return _open.GetOrAdd(name, n => new Lazy<Database>(() => new Database(PathOf(n), n))).Value;
    }

    internal long SizeOf(string name) => new FileInfo(PathOf(name)) is { Exists: true } file ? file.Length : 0;

    public async ValueTask DisposeAsync()
    {
        await _expiry.DisposeAsync();
        foreach (var database in _open.Values)
        {
            // It waits for a thread that writes, which may take a while.
            await Task.Run(database.Value.Dispose);
        }
    }

    private string PathOf(string name) => Path.Combine(_directory, Uri.EscapeDataString(name) + Extension);

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 63 || name.AsSpan().ContainsAny(Refused))
        {
            throw new CommandException(73, "InvalidNamespace", $"Invalid database name: '{name}'");
        }
    }
}
