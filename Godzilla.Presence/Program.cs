using Godzilla.Presence.Grpc;
using Godzilla.Presence.Leases;
using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis("redis");
builder.Services.AddSignedIdentity();
builder.Services.AddPresenceState();
builder.Services.AddPresenceGrpc();

var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapPresenceGrpc();
return await app.RunServiceAsync();
