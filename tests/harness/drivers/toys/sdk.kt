// A toy of a client SDK, for the driver beside it to drive: it is tested through that driver, on the reference server.
import com.google.gson.Gson
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL

/** What a call throws that did not succeed. */
class Refused(val kind: String, val status: Int?, message: String) : Exception(message)

private val kinds = mapOf(
    "mfa_invalid_code" to "invalid_code", "mfa_rate_limited" to "rate_limited", "mfa_device_limit" to "device_limit",
    "401" to "unauthorized", "403" to "unauthorized"
)

/** One client: where it is, and its session. */
class Sdk(baseUrl: String, environmentId: String) {
    private val base = "$baseUrl/sdk/$environmentId/"
    var user: JsonElement? = null
    var token: String? = null
    var expiresAt: Double? = null

    private fun call(method: String, path: String, body: Map<String, String>? = null): JsonObject {
        val connection = URL(base + path).openConnection() as HttpURLConnection
        connection.requestMethod = method
        connection.setRequestProperty("content-type", "application/json")
        token?.let { connection.setRequestProperty("authorization", "Bearer $it") }
        try {
            if (body != null) {
                connection.doOutput = true
                connection.outputStream.use { it.write(Gson().toJson(body).toByteArray()) }
            }
            val status = connection.responseCode
            val stream = if (status < 300) connection.inputStream else connection.errorStream
            val text = stream?.bufferedReader()?.readText() ?: ""
            val answer = if (text.isEmpty()) JsonObject() else Gson().fromJson(text, JsonObject::class.java)
            if (status < 300) return answer
            val kind = kinds[answer["code"]?.asString] ?: kinds[status.toString()] ?: "other"
            throw Refused(kind, status, answer["error"]?.asString ?: "refused")
        } catch (error: IOException) {
            throw Refused("network", null, error.toString())
        }
    }

    private fun enter(path: String, body: Map<String, String>) {
        val answer = call("POST", path, body)
        user = answer["user"]
        token = answer["minifiedJwt"].asString
        expiresAt = answer["expiresAt"].asDouble
    }

    fun sendEmailOtp(email: String) = call("POST", "emailVerifications/create", mapOf("email" to email))

    fun verifyOtp(uuid: String, code: String) =
        enter("emailVerifications/signin", mapOf("verificationUUID" to uuid, "verificationToken" to code))

    fun registerTotp() = call("GET", "users/mfa/register/totp")

    fun authenticateTotp(code: String) = enter("users/mfa/auth/totp", mapOf("code" to code))

    fun devices(): JsonElement = call("GET", "users/mfa")["devices"]

    fun refreshUser(): JsonElement = call("GET", "users").also { user = it }

    /** Looks into the list that the scope is, not into its text. */
    fun isMissingMfa() = "requiresAdditionalAuth" in (user!!.asJsonObject["scope"]?.asString ?: "").split(" ")

    fun logout() {
        try {
            call("POST", "revoke", mapOf())
        } finally {
            user = null
            token = null
            expiresAt = null
        }
    }
}
