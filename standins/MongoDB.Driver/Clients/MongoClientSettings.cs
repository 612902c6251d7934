namespace MongoDB.Driver;

/// <summary>How a client reaches its store.</summary>
public class MongoClientSettings
{
    private TimeSpan _connectTimeout = TimeSpan.FromSeconds(30);
    private TimeSpan _serverSelectionTimeout = TimeSpan.FromSeconds(30);
    private TimeSpan _socketTimeout = TimeSpan.Zero;
    private TimeSpan _waitQueueTimeout = TimeSpan.FromMinutes(2);
    private string _applicationName;
    private int _maxConnectionPoolSize = 100;
    private bool _frozen;

    /// <summary>The application's name, or null.</summary>
    public string ApplicationName
    {
        get => _applicationName;
        set => Change(ref _applicationName, value);
    }

    /// <summary>How long opening the store may take.</summary>
    public TimeSpan ConnectTimeout
    {
        get => _connectTimeout;
        set => Change(ref _connectTimeout, value);
    }

    /// <summary>How many callers a store serves at once.</summary>
    public int MaxConnectionPoolSize
    {
        get => _maxConnectionPoolSize;
        set => Change(ref _maxConnectionPoolSize, value);
    }

    /// <summary>How long to look for a store that can be opened.</summary>
    public TimeSpan ServerSelectionTimeout
    {
        get => _serverSelectionTimeout;
        set => Change(ref _serverSelectionTimeout, value);
    }

    /// <summary>How long the store may take to answer; zero for ever.</summary>
    public TimeSpan SocketTimeout
    {
        get => _socketTimeout;
        set => Change(ref _socketTimeout, value);
    }

    /// <summary>How long to wait for a place among the callers.</summary>
    public TimeSpan WaitQueueTimeout
    {
        get => _waitQueueTimeout;
        set => Change(ref _waitQueueTimeout, value);
    }

    /// <summary>Whether the settings can no longer be changed.</summary>
    public bool IsFrozen => _frozen;

    internal MongoUrl Url { get; private set; }

    internal bool TracingEnabled { get; set; }

    /// <summary>Settings of a connection string.</summary>
    /// <param name="connectionString">The connection string; see <see cref="MongoUrl"/>.</param>
    public static MongoClientSettings FromConnectionString(string connectionString) => FromUrl(new MongoUrl(connectionString));

    /// <summary>Settings of a connection string.</summary>
    /// <param name="url">The connection string.</param>
    public static MongoClientSettings FromUrl(MongoUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return new MongoClientSettings
        {
            Url = url,
            ApplicationName = url.ApplicationName,
            ConnectTimeout = url.ConnectTimeout,
            MaxConnectionPoolSize = url.MaxConnectionPoolSize,
            ServerSelectionTimeout = url.ServerSelectionTimeout,
            SocketTimeout = url.SocketTimeout,
            WaitQueueTimeout = url.WaitQueueTimeout,
        };
    }

    /// <summary>A copy that can be changed.</summary>
    public MongoClientSettings Clone()
    {
        var clone = (MongoClientSettings)MemberwiseClone();
        clone._frozen = false;
        return clone;
    }

    /// <summary>Keeps the settings from being changed.</summary>
    /// <returns>These settings.</returns>
    public MongoClientSettings Freeze()
    {
        _frozen = true;
        return this;
    }

    /// <summary>A copy that cannot be changed.</summary>
    public MongoClientSettings FrozenCopy() => _frozen ? this : Clone().Freeze();

    private void Change<T>(ref T field, T value)
    {
        if (_frozen)
        {
            throw new InvalidOperationException("MongoClientSettings is frozen.");
        }

        field = value;
    }
}

/// <summary>Settings of a database. The stand-in has none.</summary>
public class MongoDatabaseSettings
{
}

/// <summary>Settings of a collection. The stand-in has none.</summary>
public class MongoCollectionSettings
{
}
