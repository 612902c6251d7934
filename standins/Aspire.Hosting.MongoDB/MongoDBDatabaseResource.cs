namespace Aspire.Hosting.ApplicationModel;

/// <summary>A database of a document store.</summary>
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

    /// <summary>The store that it belongs to.</summary>
    public MongoDBServerResource Parent { get; }

    /// <summary>The store's connection string, a slash, and the database's name.</summary>
    public ReferenceExpression ConnectionStringExpression => Parent.ConnectionStringFor(DatabaseName);

    /// <summary>The same as <see cref="ConnectionStringExpression"/>.</summary>
    public ReferenceExpression UriExpression => Parent.ConnectionStringFor(DatabaseName);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Parent.CombineProperties(
    [
        new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}")),
        new("Uri", UriExpression),
    ]);
}
