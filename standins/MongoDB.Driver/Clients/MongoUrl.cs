using System.Globalization;

namespace MongoDB.Driver;

/// <summary>
/// A connection string. The stand-in's is <c>mongodb://&lt;percent-encoded absolute path of a directory&gt;/&lt;database&gt;?options</c>,
/// which is the form that MongoDB gives to a Unix domain socket.
/// </summary>
public class MongoUrl : IEquatable<MongoUrl>
{
    private const string Scheme = "mongodb://";

    /// <summary>Reads a connection string.</summary>
    /// <param name="url">The connection string.</param>
    /// <exception cref="MongoConfigurationException">The text is no connection string.</exception>
    public MongoUrl(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.StartsWith(Scheme, StringComparison.Ordinal) && !url.StartsWith("mongodb+srv://", StringComparison.Ordinal))
        {
            throw new MongoConfigurationException($"The connection string '{url}' is not valid.");
        }

        Url = url;
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (beforeOptions, options) = Cut(rest, '?');
        var (authority, database) = Cut(beforeOptions, '/');
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        if (host.Length == 0)
        {
            throw new MongoConfigurationException($"The connection string '{url}' is not valid.");
        }

        DatabaseName = database.Length == 0 ? null : Uri.UnescapeDataString(database);
        if (DatabaseName != null && !DatabaseNamespace.IsValid(DatabaseName))
        {
            throw new MongoConfigurationException($"The connection string '{url}' is not valid.");
        }

        var path = Uri.UnescapeDataString(host);
        Directory = url.StartsWith(Scheme, StringComparison.Ordinal) && Path.IsPathFullyQualified(path) ? path : null;
        foreach (var option in options.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(option, '=');
            ReadOption(name, Uri.UnescapeDataString(value));
        }
    }

    /// <summary>The application's name, or null.</summary>
    public string ApplicationName { get; private set; }

    /// <summary>How long opening the store may take.</summary>
    public TimeSpan ConnectTimeout { get; private set; } = TimeSpan.FromSeconds(30);

    /// <summary>The database's name, or null.</summary>
    public string DatabaseName { get; }

    /// <summary>How long to look for a store that can be opened.</summary>
    public TimeSpan ServerSelectionTimeout { get; private set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the store may take to answer; zero for ever.</summary>
    public TimeSpan SocketTimeout { get; private set; } = TimeSpan.Zero;

    /// <summary>How many callers a store serves at once.</summary>
    public int MaxConnectionPoolSize { get; private set; } = 100;

    /// <summary>The connection string.</summary>
    public string Url { get; }

    /// <summary>How long to wait for a place among the callers.</summary>
    public TimeSpan WaitQueueTimeout { get; private set; } = TimeSpan.FromMinutes(2);

    /// <summary>The store's directory, or null when the connection string names a server.</summary>
    internal string Directory { get; }

    /// <summary>Whether two connection strings are the same.</summary>
    public static bool operator ==(MongoUrl lhs, MongoUrl rhs) => Equals(lhs, rhs);

    /// <summary>Whether two connection strings differ.</summary>
    public static bool operator !=(MongoUrl lhs, MongoUrl rhs) => !Equals(lhs, rhs);

    /// <summary>Reads a connection string.</summary>
    /// <param name="url">The connection string.</param>
    public static MongoUrl Create(string url) => new(url);

    /// <inheritdoc />
    public bool Equals(MongoUrl rhs) => rhs is not null && rhs.Url == Url;

    /// <inheritdoc />
    public override bool Equals(object obj) => Equals(obj as MongoUrl);

    /// <inheritdoc />
    public override int GetHashCode() => Url.GetHashCode(StringComparison.Ordinal);

    /// <summary>The connection string.</summary>
    public override string ToString() => Url;

    private static (string Before, string After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    // Options that are about servers, certificates and the like say nothing to a directory, so they are passed over.
    private void ReadOption(string name, string value)
    {
        try
        {
            switch (name.ToUpperInvariant())
            {
                case "APPNAME":
                    ApplicationName = value;
                    break;
                case "CONNECTTIMEOUTMS":
                    ConnectTimeout = Milliseconds(value);
                    break;
                case "SERVERSELECTIONTIMEOUTMS":
                    ServerSelectionTimeout = Milliseconds(value);
                    break;
                case "SOCKETTIMEOUTMS":
                    SocketTimeout = Milliseconds(value);
                    break;
                case "WAITQUEUETIMEOUTMS":
                    WaitQueueTimeout = Milliseconds(value);
                    break;
                case "MAXPOOLSIZE":
                    MaxConnectionPoolSize = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
            }
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw new MongoConfigurationException($"{name} has an invalid value of {value}.", fault);
        }
    }

    private static TimeSpan Milliseconds(string value) =>
        TimeSpan.FromMilliseconds(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture));
}
