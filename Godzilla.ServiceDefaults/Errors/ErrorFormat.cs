using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>How the errors of a request are written whose clients expect another shape than an <see cref="ErrorEnvelope"/>; a feature of the request.</summary>
/// <param name="ToJson">Makes a body of the request, the status and what is wrong, which is <see langword="null"/> for the status in words.</param>
public sealed record ErrorFormat(Func<HttpContext, int, string?, byte[]> ToJson);
