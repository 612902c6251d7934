namespace Mongod.Wire;

/// <summary>What came over the wire is not MongoDB's protocol; the connection is closed, as MongoDB closes it.</summary>
internal sealed class WireFaultException(string message) : Exception(message);
