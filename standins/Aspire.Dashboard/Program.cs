using Aspire.Dashboard.Authentication;
using Aspire.Dashboard.Components;
using Aspire.Dashboard.Configuration;
using Aspire.Dashboard.Otlp;
using Aspire.Dashboard.Resources;

var builder = WebApplication.CreateBuilder(args);
if (DashboardOptions.TryRead(builder.Configuration, out var error) is not { } options)
{
    Console.Error.WriteLine($"The dashboard cannot start: {error}");
    return 1;
}

builder.WebHost.UseStaticWebAssets(); // They lie where they were built, in every environment.
builder.Services.AddSingleton(options);
builder.Services.AddSingleton(TimeProvider.System);
builder.AddListeners(options);
builder.AddBrowserSignIn(options);
builder.Services.AddOtlp();
builder.Services.AddResources();
builder.Services.AddPages();

var app = builder.Build();
app.UsePageHeaders();
app.UseListeners();
app.UseBrowserSignIn();
app.MapOtlp();
app.MapLogin();
app.MapPages();
return await app.RunDashboardAsync(options);
