using System.Net;
using System.Text;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Unit.ServiceDefaults;

public sealed class ErrorTests
{
    private sealed class OutageException : Exception;

    internal sealed record Body(int Number);

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task EveryErrorHasTheOneShape(string environment)
    {
        await using var host = await ServiceHost.StartAsync(
            environment,
            builder => builder.Services.Configure<DependencyFailures>(failures => failures.Add<OutageException>()),
            app =>
            {
                app.MapGet("/bug", string () => throw new InvalidOperationException("secret=hunter2"));
                app.MapGet("/timeout", string () => throw new TimeoutException("secret=hunter2"));
                app.MapGet("/outage", string () => throw new OutageException());
                app.MapGet("/limited", () => TypedResults.StatusCode(StatusCodes.Status429TooManyRequests));
                app.MapGet("/said", () => TypedResults.Problem("said so", statusCode: StatusCodes.Status409Conflict));
                app.MapGet("/number/{number}", (int number) => number);
                app.MapPost("/body", (Body body) => body.Number);
            });

        Assert.Equal("Internal Server Error", await ErrorAsync(HttpStatusCode.InternalServerError, "/bug"));
        Assert.Equal("Service Unavailable", await ErrorAsync(HttpStatusCode.ServiceUnavailable, "/timeout"));
        Assert.Equal("Service Unavailable", await ErrorAsync(HttpStatusCode.ServiceUnavailable, "/outage"));
        Assert.Equal("Too Many Requests", await ErrorAsync(HttpStatusCode.TooManyRequests, "/limited"));
        Assert.Equal("said so", await ErrorAsync(HttpStatusCode.Conflict, "/said"));
        Assert.Equal("Bad Request", await ErrorAsync(HttpStatusCode.BadRequest, "/number/seven"));
        Assert.Equal("Not Found", await ErrorAsync(HttpStatusCode.NotFound, "/nope"));
        Assert.Equal("Method Not Allowed", await ErrorAsync(HttpStatusCode.MethodNotAllowed, "/body"));
        Assert.Equal("The JSON is not what is expected here, at $.number", await PostAsync(HttpStatusCode.BadRequest, """{"number":""", "application/json"));
        Assert.Equal("The JSON is not what is expected here, at $.number", await PostAsync(HttpStatusCode.BadRequest, """{"number":"x"}""", "application/json"));
        Assert.Equal("Unsupported Media Type", await PostAsync(HttpStatusCode.UnsupportedMediaType, "number=7", "text/plain"));
        foreach (var charset in new[] { "nonsense", "utf-7", "utf-16", "" })
        {
            await PostAsync(HttpStatusCode.UnsupportedMediaType, """{"number":7}""", $"application/json; charset=\"{charset}\"");
        }

        await PostAsync(HttpStatusCode.RequestEntityTooLarge, new string(' ', 2_000_000), "application/json");

        async Task<string> ErrorAsync(HttpStatusCode status, string path)
        {
            using var response = await host.Http.GetAsync(path);
            return await Envelope.AssertAsync(status, response);
        }

        async Task<string> PostAsync(HttpStatusCode status, string body, string type)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var response = await host.Http.PostAsync("/body", content);
            return await Envelope.AssertAsync(status, response);
        }
    }
}
