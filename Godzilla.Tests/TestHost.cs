using Microsoft.AspNetCore.Builder;

namespace Godzilla.Tests;

/// <summary>Hosts inside the test process.</summary>
internal static class TestHost
{
    /// <summary>A web application without settings of its own: the folder of the tests holds those of some service or other.</summary>
    public static WebApplicationBuilder CreateBuilder(string environment = "Production") => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        EnvironmentName = environment,
        ContentRootPath = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "no-settings")).FullName,
    });
}
