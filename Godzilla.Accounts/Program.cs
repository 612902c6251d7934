using Godzilla.Accounts.Admin;
using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Directory;
using Godzilla.Accounts.HelixFlow;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Registration;
using Godzilla.Accounts.Sessions;
using Godzilla.Accounts.Tokens;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults;
using Godzilla.ServiceDefaults.ApiDocuments;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Redis;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedis("redis");
builder.AddMongo("accountsdb");
builder.Services.AddSignedIdentity();
builder.Services.AddApiDocument();
builder.Services.AddPasswords();
builder.Services.AddUsers();
builder.Services.AddSessions();
builder.Services.AddRegistration();
builder.Services.AddApiKeys();
builder.Services.AddTokens();
builder.Services.AddHelixFlow();
builder.Services.AddAudit();

var app = builder.Build();
if (AdminCommand.IsIn(args))
{
    return await AdminCommand.RunAsync(app.Services, args);
}

app.UseServiceDefaults();
app.UseAuthentication();
app.UseAuthorization();
app.MapDefaultEndpoints();
app.MapUsers();
app.MapSessions();
app.MapApiKeys();
app.MapTokens();
app.MapHelixFlow();
app.MapAudit();
app.MapAdmin();
app.MapDirectory();
app.MapApiDocument();
return await app.RunServiceAsync();
