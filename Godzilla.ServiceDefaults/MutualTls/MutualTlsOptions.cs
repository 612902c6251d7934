using System.ComponentModel.DataAnnotations;

namespace Godzilla.ServiceDefaults.MutualTls;

/// <summary>With what services prove to each other who they are, where they speak TLS. The app host makes the files and names them.</summary>
public sealed class MutualTlsOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MutualTls";

    /// <summary>A PEM file with this service's certificate and its key. Empty: services speak plain HTTP to each other.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>A PEM file with the certificate that has signed those of all services. It may hold several, while one takes the place of another.</summary>
    public string AuthorityPath { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        new[] { (CertificatePath, nameof(CertificatePath)), (AuthorityPath, nameof(AuthorityPath)) }
            .Where(path => (CertificatePath.Length > 0 || AuthorityPath.Length > 0) && !File.Exists(path.Item1))
            .Select(path => new ValidationResult($"MutualTls:{path.Item2} must name a file, as the other path of MutualTls does."));
}
