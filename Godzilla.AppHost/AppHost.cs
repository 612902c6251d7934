using Godzilla.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

var redis = builder.AddRedis("redis").WithDataVolume("redis-data").WithPersistence();

var mongodb = builder.AddMongoDB("mongodb").WithDataVolume("mongodb-data");
var accountsdb = mongodb.AddDatabase("accountsdb");
var chatdb = mongodb.AddDatabase("chatdb");
var inferencedb = mongodb.AddDatabase("inferencedb");

var accounts = builder.AddProject<Projects.Godzilla_Accounts>("accounts").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReference(redis).WaitFor(redis)
    .WithReference(accountsdb).WaitFor(accountsdb)
    .WithSecret("tokens-secret", "Tokens__Secret");

var presence = builder.AddProject<Projects.Godzilla_Presence>("presence").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReference(redis).WaitFor(redis);

var inference = builder.AddProject<Projects.Godzilla_Inference>("inference").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReference(redis).WaitFor(redis)
    .WithReference(inferencedb).WaitFor(inferencedb)
    .WithUpstreams();

var chat = builder.AddProject<Projects.Godzilla_Chat>("chat").DisableForwardedHeaders()
    .WithHttpHealthCheck("/health", endpointName: "http")
    .WithReference(redis).WaitFor(redis)
    .WithReference(chatdb).WaitFor(chatdb)
    .WithEnvironment("DOTNET_GCgen0size", "1000000") // 16 MiB, in hex: with 1000 connections a quarter less memory (bench/chat).
    .Calls(accounts).WaitForStart(accounts)
    .Calls(presence).WaitForStart(presence)
    .CallsForUsers(inference).WaitForStart(inference); // It works without the three, and starts beside them.

builder.AddProject<Projects.Godzilla_Gateway>("gateway").DisableForwardedHeaders()
    .WithLocalHttps(port: 8443)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health", endpointName: "http") // The check would not trust the certificate of this machine.
    .WithReference(redis).WaitFor(redis)
    .CallsForUsers(accounts).WaitFor(accounts)
    .CallsForUsers(chat).WaitFor(chat)
    .CallsForUsers(inference).WaitFor(inference);

builder.Build().Run();
