namespace Aspire.Hosting.ApplicationModel;

/// <summary>A MongoDB server.</summary>
public class MongoDBServerResource : ContainerResource, IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";

    private const string DefaultUserName = "admin";
    private const string AuthenticationDatabase = "admin";
    private const string AuthenticationMechanism = "SCRAM-SHA-256";

    private readonly Dictionary<string, string> _databases = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the resource.</summary>
    /// <param name="name">The resource's name.</param>
    /// <param name="userNameParameter">The user's name; null for <c>admin</c>.</param>
    /// <param name="passwordParameter">The user's password.</param>
    public MongoDBServerResource(string name, ParameterResource? userNameParameter, ParameterResource? passwordParameter)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(passwordParameter);
        PrimaryEndpoint = new EndpointReference(this, EndpointName);
        UserNameParameter = userNameParameter;
        PasswordParameter = passwordParameter;
    }

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>The user's name; null for <c>admin</c>.</summary>
    public ParameterResource? UserNameParameter { get; }

    /// <summary>The user's password.</summary>
    public ParameterResource? PasswordParameter { get; }

    /// <summary>The user's name.</summary>
    public ReferenceExpression UserNameReference =>
        UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    /// <summary>The databases: their names, by the names of their resources.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>The connection string.</summary>
    public ReferenceExpression ConnectionStringExpression => ConnectionStringFor("");

    /// <summary>The same as <see cref="ConnectionStringExpression"/>.</summary>
    public ReferenceExpression UriExpression => ConnectionStringFor("");

    /// <summary>Whether MongoDB's own server runs, and not the document server of this repository. Set when it is started.</summary>
    internal bool IsReal { get; set; }

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}")),
        new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}")),
        new("Username", UserNameReference),
        new("Password", ReferenceExpression.Create($"{PasswordParameter!}")),
        new("AuthenticationDatabase", ReferenceExpression.Create($"{AuthenticationDatabase}")),
        new("AuthenticationMechanism", ReferenceExpression.Create($"{AuthenticationMechanism}")),
        new("Uri", UriExpression),
    ];

    // The host is localhost and the query is always there, as Aspire writes it for a server with a password.
    internal ReferenceExpression ConnectionStringFor(string database)
    {
        var address = PrimaryEndpoint.Property(EndpointProperty.HostAndPort);
        return UserNameParameter is null
            ? ReferenceExpression.Create($"mongodb://{DefaultUserName}:{PasswordParameter!:uri}@{address}/{database:uri}?authSource={AuthenticationDatabase}&authMechanism={AuthenticationMechanism}")
            : ReferenceExpression.Create($"mongodb://{UserNameParameter:uri}:{PasswordParameter!:uri}@{address}/{database:uri}?authSource={AuthenticationDatabase}&authMechanism={AuthenticationMechanism}");
    }

    internal void AddDatabase(string resourceName, string databaseName) => _databases.TryAdd(resourceName, databaseName);
}
