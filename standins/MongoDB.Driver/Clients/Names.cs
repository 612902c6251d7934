namespace MongoDB.Driver;

/// <summary>A database's name.</summary>
public sealed class DatabaseNamespace : IEquatable<DatabaseNamespace>
{
    /// <summary>A name.</summary>
    /// <param name="databaseName">The name.</param>
    /// <exception cref="ArgumentException">The name is no database's.</exception>
    public DatabaseNamespace(string databaseName)
    {
        ArgumentNullException.ThrowIfNull(databaseName);
        if (!IsValid(databaseName))
        {
            throw new ArgumentException($"The database name '{databaseName}' is not valid.", nameof(databaseName));
        }

        DatabaseName = databaseName;
    }

    /// <summary>The name.</summary>
    public string DatabaseName { get; }

    /// <summary>Whether a database may have this name.</summary>
    /// <param name="name">The name.</param>
    public static bool IsValid(string name) => !string.IsNullOrEmpty(name) && name.IndexOfAny(['\0', '.']) < 0;

    /// <inheritdoc />
    public bool Equals(DatabaseNamespace other) => other is not null && other.DatabaseName == DatabaseName;

    /// <inheritdoc />
    public override bool Equals(object obj) => Equals(obj as DatabaseNamespace);

    /// <inheritdoc />
    public override int GetHashCode() => DatabaseName.GetHashCode(StringComparison.Ordinal);

    /// <summary>The name.</summary>
    public override string ToString() => DatabaseName;
}

/// <summary>A collection's name, with its database's.</summary>
public sealed class CollectionNamespace : IEquatable<CollectionNamespace>
{
    /// <summary>A name.</summary>
    /// <param name="databaseName">The database's name.</param>
    /// <param name="collectionName">The collection's name.</param>
    public CollectionNamespace(string databaseName, string collectionName)
        : this(new DatabaseNamespace(databaseName), collectionName)
    {
    }

    /// <summary>A name.</summary>
    /// <param name="databaseNamespace">The database's name.</param>
    /// <param name="collectionName">The collection's name.</param>
    /// <exception cref="ArgumentException">The name is no collection's.</exception>
    public CollectionNamespace(DatabaseNamespace databaseNamespace, string collectionName)
    {
        ArgumentNullException.ThrowIfNull(databaseNamespace);
        ArgumentNullException.ThrowIfNull(collectionName);
        if (!IsValid(collectionName))
        {
            throw new ArgumentException($"The collection name '{collectionName}' is not valid.", nameof(collectionName));
        }

        DatabaseNamespace = databaseNamespace;
        CollectionName = collectionName;
    }

    /// <summary>The collection's name.</summary>
    public string CollectionName { get; }

    /// <summary>The database's name.</summary>
    public DatabaseNamespace DatabaseNamespace { get; }

    /// <summary>Both names, with a dot between.</summary>
    public string FullName => $"{DatabaseNamespace.DatabaseName}.{CollectionName}";

    /// <summary>Whether a collection may have this name.</summary>
    /// <param name="collectionName">The name.</param>
    public static bool IsValid(string collectionName) =>
        !string.IsNullOrEmpty(collectionName) && !collectionName.Contains('\0', StringComparison.Ordinal);

    /// <inheritdoc />
    public bool Equals(CollectionNamespace other) => other is not null && other.FullName == FullName;

    /// <inheritdoc />
    public override bool Equals(object obj) => Equals(obj as CollectionNamespace);

    /// <inheritdoc />
    public override int GetHashCode() => FullName.GetHashCode(StringComparison.Ordinal);

    /// <summary>Both names, with a dot between.</summary>
    public override string ToString() => FullName;
}
