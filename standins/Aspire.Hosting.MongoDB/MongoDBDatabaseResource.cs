namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of a MongoDB server.</summary>
public class MongoDBDatabaseResource : Resource, IResourceWithParent<MongoDBServerResource>, IResourceWithConnectionString
{
    /// <summary>Creates the resource.</summary>
    public MongoDBDatabaseResource(string name, string databaseName, MongoDBServerResource parent)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentNullException.ThrowIfNull(parent);
        DatabaseName = databaseName;
        Parent = parent;
    }

    /// <summary>The database's name.</summary>
    public string DatabaseName { get; }

    /// <summary>The server.</summary>
    public MongoDBServerResource Parent { get; }

    /// <summary>The server's connection string with the database's name in it.</summary>
    public ReferenceExpression ConnectionStringExpression => Parent.ConnectionStringFor(DatabaseName);

    /// <summary>The same as <see cref="ConnectionStringExpression"/>.</summary>
    public ReferenceExpression UriExpression => Parent.ConnectionStringFor(DatabaseName);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        .. ((IResourceWithConnectionString)Parent).GetConnectionProperties().Where(p => p.Key != "Uri"),
        new("Uri", UriExpression),
        new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")),
    ];
}
