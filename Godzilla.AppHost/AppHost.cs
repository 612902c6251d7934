var builder = DistributedApplication.CreateBuilder(args);

var identityKey = builder.AddParameter(
    "identity-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();

var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
var accountsdb = mongodb.AddDatabase("accountsdb");
var chatdb = mongodb.AddDatabase("chatdb");

var accounts = builder.AddProject<Projects.Godzilla_Accounts>("accounts")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", identityKey)
    .WithReference(redis).WaitFor(redis)
    .WithReference(accountsdb).WaitFor(accountsdb);

var presence = builder.AddProject<Projects.Godzilla_Presence>("presence")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", identityKey)
    .WithReference(redis).WaitFor(redis);

var chat = builder.AddProject<Projects.Godzilla_Chat>("chat")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", identityKey)
    .WithReference(redis).WaitFor(redis)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(presence).WaitForStart(presence); // It works without Presence, and starts beside it.

builder.AddProject<Projects.Godzilla_Gateway>("gateway")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", identityKey)
    .WithReference(redis).WaitFor(redis)
    .WithReference(accounts).WaitFor(accounts)
    .WithReference(chat).WaitFor(chat);

builder.Build().Run();
