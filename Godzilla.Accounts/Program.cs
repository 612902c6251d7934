using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Sessions;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis("redis");
builder.AddMongo("accountsdb");
builder.Services.AddSignedIdentity();
builder.Services.AddPasswords();
builder.Services.AddUsers();
builder.Services.AddSessions();

var app = builder.Build();
app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapUsers();
app.MapSessions();
return await app.RunServiceAsync();
