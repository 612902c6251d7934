using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// A document store. The stand-in for the driver is the store itself, so what the real package runs as a server is here a folder, which the
/// connection string names in the place of a Unix-domain socket.
/// </summary>
public class MongoDBServerResource : ContainerResource, IResourceWithConnectionString
{
    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the resource.</summary>
    public MongoDBServerResource(string name)
        : base(name) => PrimaryEndpoint = new EndpointReference(this, "tcp")
        {
            ErrorMessage = "The embedded document store has no endpoint: it is used through its connection string.",
        };

    /// <summary>Creates the resource.</summary>
    public MongoDBServerResource(string name, ParameterResource? userNameParameter, ParameterResource? passwordParameter)
        : this(name)
    {
        UserNameParameter = userNameParameter;
        PasswordParameter = passwordParameter;
    }

    /// <summary>Where a server would listen. The embedded store has no such endpoint.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The user name for a server. The embedded store knows no users: only the application's user can read the folder.</summary>
    public ParameterResource? UserNameParameter { get; }

    /// <summary>The password for a server. The embedded store knows no users: only the application's user can read the folder.</summary>
    public ParameterResource? PasswordParameter { get; }

    /// <summary>The databases: their names, by their resources' names.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>The connection string, <c>mongodb://</c> and the folder's path, percent-encoded.</summary>
    public ReferenceExpression ConnectionStringExpression => ConnectionStringFor(null);

    /// <summary>The same as <see cref="ConnectionStringExpression"/>.</summary>
    public ReferenceExpression UriExpression => ConnectionStringFor(null);

    internal Func<DataFolder> DataFolder { get; init; } = () => throw new InvalidOperationException("A document store is added to an application by AddMongoDB.");

    internal string FolderName { get; set; } = "mongodb.sock";

    internal string FolderPath => Path.Combine(DataFolder().Path, FolderName);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        yield return new("Uri", UriExpression);
    }

    internal ReferenceExpression ConnectionStringFor(string? database)
    {
        var expression = new ReferenceExpressionBuilder();
        expression.AppendLiteral("mongodb://");
        expression.AppendFormatted(FolderPath, "uri");
        if (database is not null)
        {
            expression.AppendLiteral("/");
            expression.AppendFormatted(database, "uri");
        }

        return expression.Build();
    }

    internal void AddDatabase(string resourceName, string databaseName) => _databases.TryAdd(resourceName, databaseName);
}
