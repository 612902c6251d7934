// The model whose manifest Aspire 13.6.0 itself wrote (../Aspire.Hosting.Tests/Publishing/manifest.json). The projects beside it are only
// the settings that say which endpoints they have.
var builder = DistributedApplication.CreateBuilder(args);

var key = builder.AddParameter("identity-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();

var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
var accountsdb = mongodb.AddDatabase("accountsdb");
var chatdb = mongodb.AddDatabase("chatdb");

var accounts = builder.AddProject("accounts", "Godzilla.Accounts/Godzilla.Accounts.csproj")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", key)
    .WithReference(redis).WaitFor(redis)
    .WithReference(accountsdb).WaitFor(accountsdb);

var presence = builder.AddProject("presence", "Godzilla.Presence/Godzilla.Presence.csproj")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", key)
    .WithReference(redis).WaitFor(redis);

var chat = builder.AddProject("chat", "Godzilla.Chat/Godzilla.Chat.csproj")
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", key)
    .WithReference(redis).WaitFor(redis)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithReference(presence).WaitFor(presence);

builder.AddProject("gateway", "Godzilla.Gateway/Godzilla.Gateway.csproj")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithEnvironment("Identity__Key", key)
    .WithReference(redis).WaitFor(redis)
    .WithReference(accounts).WaitFor(accounts)
    .WithReference(chat).WaitFor(chat);

builder.Build().Run();
