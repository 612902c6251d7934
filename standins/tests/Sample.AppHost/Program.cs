// The shape of a real app host: what the tests run as a process of its own, and through Aspire.Hosting.Testing.
var builder = DistributedApplication.CreateBuilder(args);

var key = builder.AddParameter("identity-key", new GenerateParameterDefault { MinLength = 48, Special = false }, secret: true, persist: true);

var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence();
var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
var accountsdb = mongodb.AddDatabase("accountsdb");

var backend = builder.AddProject<Projects.Sample_Backend>("backend")
    .WithHttpHealthCheck("/health")
    .WithReference(redis).WaitFor(redis);

builder.AddProject<Projects.Sample_Service>("front")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(redis).WaitFor(redis)
    .WithReference(accountsdb).WaitFor(accountsdb)
    .WithReference(backend).WaitFor(backend)
    .WithEnvironment("Identity__Key", key);

builder.Build().Run();
