using Godzilla.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();

var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
var accountsdb = mongodb.AddDatabase("accountsdb");
var chatdb = mongodb.AddDatabase("chatdb");

var accounts = builder.AddProject<Projects.Godzilla_Accounts>("accounts").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health")
    .WithReference(redis).WaitFor(redis)
    .WithReference(accountsdb).WaitFor(accountsdb);

var presence = builder.AddProject<Projects.Godzilla_Presence>("presence").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health")
    .WithReference(redis).WaitFor(redis);

var chat = builder.AddProject<Projects.Godzilla_Chat>("chat").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health")
    .WithReference(redis).WaitFor(redis)
    .WithReference(chatdb).WaitFor(chatdb)
    .Calls(presence).WaitForStart(presence); // It works without Presence, and starts beside it.

builder.AddProject<Projects.Godzilla_Gateway>("gateway").DisableForwardedHeaders()
    .WithLocalHttps(port: 8443)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health", endpointName: "http") // The check would not trust the certificate of this machine.
    .WithReference(redis).WaitFor(redis)
    .CallsForUsers(accounts).WaitFor(accounts)
    .CallsForUsers(chat).WaitFor(chat);

builder.Build().Run();
